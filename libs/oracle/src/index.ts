export { OracleService, type OracleOptions } from './oracle-service';
export { TRAINING_DEFINITION_VERSION } from './training-identity';
export { openTrainings, type Trainings, type TrainingsOptions } from './trainings';
export { createTrainerPool, type TrainerPoolOptions } from './worker-pool';
